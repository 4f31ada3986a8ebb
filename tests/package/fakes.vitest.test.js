import { ClickQueue } from 'clickqueue'
import { failure, fakeApi, fakeClick, fakeEnv } from 'clickqueue/testing'
import { expect, test } from 'vitest'

test('a destroyed queue leaves no timer, no listener and no lock behind', async () => {
  const env = fakeEnv()
  const queue = new ClickQueue({}, fakeApi(), env)
  queue.enqueue(fakeClick())
  await env.advance()
  expect([env.timers, env.listeners > 0]).toEqual([1, true])
  queue.destroy()
  await env.advance()
  expect([env.timers, env.listeners]).toEqual([0, 0])
  const names = Object.keys(env.storage.texts)
  expect(names).toHaveLength(2)
  const locks = names.map((name) => env.navigator.locks.request(name, { ifAvailable: true }, (lock) => lock?.name))
  expect(await Promise.all(locks)).toEqual(names)
})

test('timers fire in their order, each at its time', async () => {
  const env = fakeEnv({ now: 1000 })
  const fired = []
  for (const delayMs of [30, 10, 20]) env.setTimeout(() => fired.push([delayMs, env.Date.now(), env.performance.now()]), delayMs)
  env.clearTimeout(env.setTimeout(() => fired.push('cleared'), 5))
  env.jumpWall(-500)
  await env.advance(25)
  expect(fired).toEqual([[10, 510, 10], [20, 520, 20]])
  expect([env.timers, env.Date.now()]).toEqual([1, 525])
})

test('a write reaches the other tabs, not its own', async () => {
  const env = fakeEnv()
  const other = env.openTab()
  const heard = []
  env.addEventListener('storage', ({ key }) => heard.push(['own', key]))
  other.addEventListener('storage', ({ key, newValue }) => heard.push([key, newValue]))
  env.localStorage.setItem('a', 'b')
  env.localStorage.setItem('a', 'b')
  env.localStorage.removeItem('a')
  await env.advance()
  expect(heard).toEqual([['a', 'b'], ['a', null]])
})

test('storage fills and throws, as a browser does', () => {
  const env = fakeEnv()
  env.storage.quota = 10
  env.localStorage.setItem('key', '1234567')
  expect(() => env.localStorage.setItem('key', '12345678')).toThrow(expect.objectContaining({ name: 'QuotaExceededError' }))
  expect([{ ...env.localStorage }, env.localStorage.getItem('key')]).toEqual([{ key: '1234567' }, '1234567'])
  env.storage.isBlocked = true
  expect(() => env.localStorage).toThrow(expect.objectContaining({ name: 'SecurityError' }))
})

test('a lock is given away when its tab ends, and a request is aborted by its signal', async () => {
  const env = fakeEnv()
  const [second, third] = [env.openTab(), env.openTab()]
  const heard = []
  const hold = (tab, name) => tab.navigator.locks.request('l', {}, () => (heard.push(name), new Promise(() => {})))
  void hold(env, 'first')
  const aborted = new second.AbortController()
  const request = second.navigator.locks.request('l', { signal: aborted.signal }, () => heard.push('aborted'))
  void hold(third, 'third')
  await env.advance()
  aborted.abort()
  await expect(request).rejects.toMatchObject({ name: 'AbortError' })
  expect(heard).toEqual(['first'])
  env.crash()
  await third.advance()
  expect(heard).toEqual(['first', 'third'])
})

test('a hidden page sends, and a closed one leaves its clicks to another tab', async () => {
  const env = fakeEnv()
  const api = fakeApi(failure())
  const queue = new ClickQueue({}, api, env)
  queue.enqueue(fakeClick())
  env.setHidden(true)
  expect(api.calls).toHaveLength(1)
  expect(api.calls[0].keepalive).toBe(true)
  const other = env.openTab()
  env.close()
  const heir = new ClickQueue({}, api, other)
  await other.advance(10000)
  expect(heir.getSnapshot()).toMatchObject({ acknowledged: 1, pending: 0 })
})

test('without Web Locks there is no navigator.locks', async () => {
  const env = fakeEnv({ locks: false, userAgent: 'old' })
  const api = fakeApi()
  new ClickQueue({}, api, env).enqueue(fakeClick(), { urgent: true })
  expect('locks' in env.navigator).toBe(false)
  expect(api.events[0].userAgent).toBe('old')
})

test('the api answers as its script says, then acknowledges', async () => {
  const env = fakeEnv()
  let respond
  const api = fakeApi(new Promise((resolve) => (respond = resolve)))
  const queue = new ClickQueue({ maxBatchSize: 1 }, api, env)
  const id = queue.enqueue(fakeClick())
  await env.advance(3600000)
  expect(queue.getSnapshot()).toMatchObject({ state: 'sending', inFlight: 1 })
  api.answer(failure(500, 9000))
  respond({ retry: [id] })
  await env.advance()
  await env.advance(8999)
  expect(api.calls).toHaveLength(2)
  await env.advance(60000)
  expect(queue.getSnapshot()).toMatchObject({ acknowledged: 1, lastFailure: { status: 500 } })
})
