import { useState, useSyncExternalStore } from 'react'
import { createUseWidget } from 'clickqueue/use-widget'

export const useWidget = createUseWidget({ useState, useSyncExternalStore })
