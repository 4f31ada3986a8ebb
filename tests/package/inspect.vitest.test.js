import { ClickQueue, EMPTY_STATS } from 'clickqueue'
import { describeChange, inspect } from 'clickqueue/inspect'
import { failure, fakeApi, fakeClick, fakeEnv } from 'clickqueue/testing'
import { expect, test } from 'vitest'

test('each change is one line, from now on and until it is ended', async () => {
  const env = fakeEnv()
  const queue = new ClickQueue({}, fakeApi(failure(503), failure()), env)
  const lines = []
  const end = inspect(queue, (line) => lines.push(line.replace(/^clickqueue \+\d+\.\d{3} s: /, '')))
  queue.enqueue(fakeClick())
  await env.advance(9000)
  queue.enqueue({})
  end()
  queue.destroy()
  expect(lines).toEqual([
    'state idle, pending 0',
    'state idle → waiting, enqueued 0 → 1, pending 0 → 1',
    'state waiting → sending, batches 0 → 1, inFlight 0 → 1',
    'state sending → backing-off, failures 0 → 1, inFlight 1 → 0, lastFailure 503 (status 503)',
    'state backing-off → sending, batches 1 → 2, inFlight 0 → 1',
    'state sending → backing-off, failures 1 → 2, inFlight 1 → 0, lastFailure no response (no response)',
    'dropped.invalid 0 → 1',
  ])
})

test('a snapshot and its copy do not differ', () => {
  expect(describeChange(EMPTY_STATS, structuredClone(EMPTY_STATS))).toBe('')
})
