import { ClickQueue } from 'clickqueue'
import { failure, fakeApi, fakeClick, fakeEnv } from 'clickqueue/testing'
import { expect, test } from 'vitest'

test('a click waits five seconds for others', async () => {
  const env = fakeEnv()
  const api = fakeApi()
  const queue = new ClickQueue({}, api, env)

  queue.enqueue(fakeClick({ offerId: 'o-7' }))
  await env.advance(4999)
  expect(api.calls).toEqual([])
  await env.advance(1)
  expect(api.events).toMatchObject([{ offerId: 'o-7', userAgent: 'fake' }])
  expect(queue.getSnapshot()).toMatchObject({ state: 'idle', acknowledged: 1 })
})

test('a server that is down costs no click', async () => {
  const env = fakeEnv()
  const api = fakeApi(failure(503), failure(429, 60000))
  const queue = new ClickQueue({}, api, env)

  queue.enqueue(fakeClick())
  await env.advance(5000)
  expect(queue.getSnapshot().state).toBe('backing-off')
  await env.advance(2000)
  await env.advance(59999)
  expect(api.calls).toHaveLength(2)
  await env.advance(1)
  expect(api.calls).toHaveLength(3)
  expect(api.calls[2].batchId).toBe(api.calls[0].batchId)
})

test('the clicks of a crashed tab are sent by another one', async () => {
  const env = fakeEnv()
  const api = fakeApi()
  const queue = new ClickQueue({}, api, env)
  const other = env.openTab()
  const click = new ClickQueue({}, api, other).enqueue(fakeClick())
  await env.advance()

  other.crash()
  await env.advance()
  expect(api.events.map(({ id }) => id)).toContain(click)
  expect(queue.getSnapshot().recovered).toBe(1)
  expect(env.storage.texts).toEqual({})
})
