/* A clock that, once let go, jumps to the next deadline as soon as no answer is awaited: hours pass in milliseconds, and exactly. */
export class JumpingClock {
  constructor() {
    this.isHeld = true;
    this.answersAwaited = 0;
    this.startMs = Date.now();
    this.passedMs = 0;
    /* The names of a window that it replaces. */
    this.names = {
      Date: { now: () => Math.floor(this.startMs + this.passedMs) },
      performance: { now: () => this.passedMs },
      setTimeout: (callback, delayMs) => this.arm(delayMs, callback),
      clearTimeout: (timer) => clearTimeout(timer && timer.handle), // null is nothing to clear
    };
  }

  arm(delayMs, callback) {
    const timer = { dueAtMs: this.passedMs + delayMs };
    const tick = () => {
      if (this.isHeld || this.answersAwaited > 0) {
        timer.handle = setTimeout(tick, 1);
        return;
      }
      this.passedMs = Math.max(this.passedMs, timer.dueAtMs);
      callback();
    };
    timer.handle = setTimeout(tick, 0);
    return timer;
  }

  /* Time stands still while this api is at work. */
  watch(api) {
    return {
      trackClickBatch: (events, request) => {
        this.answersAwaited += 1;
        return api.trackClickBatch(events, request).finally(() => { this.answersAwaited -= 1; });
      },
    };
  }
}
