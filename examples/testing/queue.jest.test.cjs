const { ClickQueue } = require('clickqueue')
const { fakeApi, fakeClick, fakeEnv } = require('clickqueue/testing')

test('what was clicked offline is sent when the network is back', async () => {
  const env = fakeEnv()
  const api = fakeApi()
  const queue = new ClickQueue({}, api, env)

  env.setOnline(false)
  queue.enqueue(fakeClick())
  await env.advance(60000)
  expect(api.calls).toEqual([])
  env.setOnline(true)
  await env.advance()
  expect(queue.getSnapshot()).toMatchObject({ acknowledged: 1, pending: 0 })
})

test('a full storage loses no click', async () => {
  const env = fakeEnv()
  const api = fakeApi()
  const queue = new ClickQueue({}, api, env)

  env.storage.quota = 0
  queue.enqueue(fakeClick())
  expect(queue.getSnapshot()).toMatchObject({ persistent: false, pending: 1 })
  await env.advance(5000)
  expect(api.events).toHaveLength(1)
})

test('a rejected click is dropped and reported', async () => {
  const env = fakeEnv()
  const api = fakeApi(({ events }) => ({ rejected: [{ id: events[0].id, reason: 'unknown offer' }] }))
  const onDrop = jest.fn()
  const queue = new ClickQueue({ onDrop }, api, env)

  queue.enqueue(fakeClick({ offerId: 'gone' }), { urgent: true })
  await env.advance()
  expect(onDrop).toHaveBeenCalledWith(expect.objectContaining({ offerId: 'gone' }), 'rejected', 'unknown offer')
})
