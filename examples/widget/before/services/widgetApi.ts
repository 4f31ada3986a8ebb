const RETRIES = 3
const DELAY_MS = 500

export interface TrackedClick {
  id: string
  sessionId: string
  questionId: string
  offerId: string
  buttonVariantId: string
  timestamp: number
  userAgent: string
}

async function post(url: string, body: object): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
        keepalive: true,
      })
      await response.text()
      if (response.ok) return
      throw new Error(`${url} answered ${response.status}`)
    } catch (error) {
      if (attempt === RETRIES) throw error
      await new Promise((resolve) => setTimeout(resolve, DELAY_MS * attempt))
    }
  }
}

export function createApi(apiUrl: string) {
  return {
    trackClick: (click: TrackedClick) => post(`${apiUrl}/api/track/click`, click),
  }
}
