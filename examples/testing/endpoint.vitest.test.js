// The api over fetch, against a server of Mock Service Worker. Answers take real time, so the test waits for the snapshot.
import { ClickQueue, createWidgetApi } from 'clickqueue'
import { fakeClick, fakeEnv } from 'clickqueue/testing'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'

const ENDPOINT = 'https://shop.example/api/track/click'
const stored = new Map()
const server = setupServer(
  http.post(`${ENDPOINT}/batch`, async ({ request }) => {
    const { events } = await request.json()
    for (const event of events) stored.set(event.id, event)
    return new HttpResponse(null, { status: 204 })
  }),
)

beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

test('a batch arrives after a server error', async () => {
  server.use(http.post(`${ENDPOINT}/batch`, () => new HttpResponse(null, { status: 503 }), { once: true }))
  const env = fakeEnv()
  const queue = new ClickQueue({}, createWidgetApi({ endpoint: ENDPOINT }), env)
  const id = queue.enqueue(fakeClick())

  queue.flush()
  await vi.waitFor(() => expect(queue.getSnapshot()).toMatchObject({ state: 'backing-off', lastFailure: { status: 503 } }))
  await env.advance(2000)
  await vi.waitFor(() => expect(queue.getSnapshot().acknowledged).toBe(1))
  expect([...stored.keys()]).toEqual([id])
})
