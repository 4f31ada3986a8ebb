import { createWidgetApi } from 'clickqueue'

export function createApi(apiUrl: string) {
  return createWidgetApi({ endpoint: `${apiUrl}/api/track/click` })
}
