/* A clock that, once let go, jumps to the next deadline as soon as no answer is awaited: hours pass in milliseconds, and exactly. */
export class JumpingClock {
  constructor() {
    this.isHeld = true;
    this.answersAwaited = 0;
    this.startMs = Date.now();
    this.passedMs = 0;
    this.port = {
      nowMs: () => this.startMs + this.passedMs,
      uptimeMs: () => this.passedMs,
      callLater: (delayMs, callback) => this.arm(delayMs, callback),
      cancel: (timer) => clearTimeout(timer && timer.handle), // as clearTimeout does: null is nothing to cancel
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
