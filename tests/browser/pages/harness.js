/* As much of a test runner as the brief's four tests need, under the names that its authors know. */

window.report = { results: [], isDone: false };

const ANY = Symbol('any');

export function mock() {
  const calls = [];
  let answer = () => undefined;
  const call = (...parameters) => { calls.push(parameters); return answer(); };
  return Object.assign(call, { calls, mockRejectedValue: (error) => { answer = () => Promise.reject(error); } });
}

export function createMockEvent() {
  return { sessionId: 'session', questionId: 'question', offerId: 'offer', buttonVariantId: 'variant' };
}

export function expect(actual) {
  return {
    toHaveLength: (length) => check(actual.length === length, `length ${length}, got ${actual.length}`),
    toHaveBeenCalledTimes: (times) => check(actual.calls.length === times, `${times} calls, got ${actual.calls.length}`),
    toHaveBeenCalledWith: (...wanted) => check(
      actual.calls.some((call) => wanted.every((matcher, i) => matcher(call[i]))), `a call that matches, got ${JSON.stringify(actual.calls)}`),
  };
}
expect.any = (type) => ({ [ANY]: true, matches: (value) => Object(value) instanceof type });
expect.objectContaining = (wanted) => (value) => Object.entries(wanted).every(([key, part]) => (part[ANY] ? part.matches(value[key]) : part === value[key]));
expect.arrayContaining = (wanted) => (values) => wanted.every((matcher) => values.some((value) => matcher(value)));

function check(isTrue, what) {
  if (!isTrue) throw new Error(`expected ${what}`);
}

/* The clock of a window, moved by hand; promises settle between two timers, as they do in a browser. */
export function advancingClock() {
  let passedMs = 0;
  const timers = new Set();
  const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
  return {
    names: {
      Date: { now: () => passedMs },
      performance: { now: () => passedMs },
      setTimeout(callback, delayMs) {
        const timer = { dueAtMs: passedMs + delayMs, callback };
        timers.add(timer);
        return timer;
      },
      clearTimeout: (timer) => timers.delete(timer),
    },
    async advance(ms) {
      const untilMs = passedMs + ms;
      await settle();
      for (;;) {
        const [next] = [...timers].filter((timer) => timer.dueAtMs <= untilMs).sort((a, b) => a.dueAtMs - b.dueAtMs);
        if (!next) break;
        timers.delete(next);
        passedMs = Math.max(passedMs, next.dueAtMs);
        next.callback();
        await settle();
      }
      passedMs = untilMs;
    },
  };
}

const tests = [];

export function test(name, run) {
  tests.push([name, run]);
}

/* One after the other, each with a fresh api, an empty storage and no queue of another. */
export async function describe(subject, define) {
  const mockApi = {};
  define({ mockApi });
  for (const [name, run] of tests) {
    localStorage.clear();
    mockApi.trackClickBatch = mock();
    try {
      const queue = await run();
      queue.purge();
      queue.destroy();
      report.results.push([`${subject} ${name}`, 'passed']);
    } catch (error) {
      report.results.push([`${subject} ${name}`, String(error)]);
    }
  }
  report.isDone = true;
}
