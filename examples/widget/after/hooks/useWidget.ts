import { useEffect, useState, useSyncExternalStore } from 'react'
import { createUseWidget } from 'clickqueue/use-widget'

export const useWidget = createUseWidget({ useEffect, useState, useSyncExternalStore })
