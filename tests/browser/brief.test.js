/* The brief's own four unit tests, in its words as far as JavaScript has them.

   What differs: no TypeScript; `config` is DEFAULTS, since the brief's sketch leaves it out; where the brief lets time
   pass, `clock.advance` does; and `navigator.onLine` needs `configurable` to be set twice. */
import { DEFAULTS, ClickQueue } from '/dist/clickqueue.js';
import { partialEnv } from '/npm/testing.js';
import { advancingClock, createMockEvent, describe, expect, test } from '/pages/harness.js';

const { onDrop, ...config } = DEFAULTS;

describe('ClickQueue', ({ mockApi }) => {
  test('batches events by size (10 events)', async () => {
    const queue = new ClickQueue(config, mockApi);

    // Add 10 events
    for (let i = 0; i < 10; i++) {
      queue.enqueue(createMockEvent());
    }

    // Verify batch sent immediately
    expect(mockApi.trackClickBatch).toHaveBeenCalledWith(
      expect.arrayContaining([expect.objectContaining({ id: expect.any(String) })]),
    );
    return queue;
  });

  test('batches events by time (5 seconds)', async () => {
    const clock = advancingClock();
    const queue = new ClickQueue(config, mockApi, partialEnv(clock.names));

    queue.enqueue(createMockEvent());

    // Wait 5 seconds
    await clock.advance(4999);
    expect(mockApi.trackClickBatch).toHaveBeenCalledTimes(0);
    await clock.advance(1);

    expect(mockApi.trackClickBatch).toHaveBeenCalledTimes(1);
    return queue;
  });

  test('implements exponential backoff retry', async () => {
    const clock = advancingClock();
    const queue = new ClickQueue(config, mockApi, partialEnv(clock.names));
    mockApi.trackClickBatch.mockRejectedValue(new Error('Network error'));

    queue.enqueue(createMockEvent());
    await clock.advance(5000);

    // Verify retry delays: 2s, 4s, 8s, 16s, 30s
    const delays = [2000, 4000, 8000, 16000, 30000];
    for (const [tries, delay] of delays.entries()) {
      await clock.advance(delay - 100);
      expect(mockApi.trackClickBatch).toHaveBeenCalledTimes(tries + 1);
      await clock.advance(100);
      expect(mockApi.trackClickBatch).toHaveBeenCalledTimes(tries + 2);
    }
    return queue;
  });

  test('persists events offline and flushes on reconnection', async () => {
    const queue = new ClickQueue(config, mockApi);

    // Simulate offline
    Object.defineProperty(navigator, 'onLine', { value: false, configurable: true });

    queue.enqueue(createMockEvent());

    // Verify localStorage persistence
    const stored = JSON.parse(localStorage.getItem('srv_click_queue') || '[]');
    expect(stored).toHaveLength(1);

    // Simulate reconnection
    Object.defineProperty(navigator, 'onLine', { value: true, configurable: true });
    window.dispatchEvent(new Event('online'));

    // Verify queue processing
    expect(mockApi.trackClickBatch).toHaveBeenCalledTimes(1);
    return queue;
  });
});
