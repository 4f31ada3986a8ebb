/* What hosts and their other guests have done to pages. `?name` does it before the queue is loaded; `strangers.name()` later. */
{
  const { stringify, parse } = JSON;
  const { fetch, setTimeout } = window;
  const storage = Object.getOwnPropertyDescriptor(window, 'localStorage');

  window.strangers = {
    // Prototype.js 1.6: JSON.stringify([1]) is then the text of a text.
    prototypeJs() {
      Array.prototype.toJSON = function () { return `[${[...this].map((item) => stringify(item)).join(', ')}]`; };
      String.prototype.toJSON = function () { return `${this}`; };
    },
    pollution() {
      Object.prototype.stranger = 'was here';
      Array.prototype.last = function () { return this[this.length - 1]; };
    },
    brokenStringify() { JSON.stringify = () => { throw new Error('no JSON today'); }; },
    brokenParse() { JSON.parse = () => { throw new Error('no JSON today'); }; },
    brokenFetch() { window.fetch = () => { throw new Error('no fetch today'); }; },
    deadFetch() { window.fetch = () => undefined; },
    brokenTimers() { window.setTimeout = () => { throw new Error('no timers today'); }; },
    brokenStorage() {
      for (const name of ['getItem', 'setItem', 'removeItem']) {
        Storage.prototype[name] = () => { throw new DOMException('The quota has been exceeded', 'QuotaExceededError'); };
      }
    },
    hiddenStorage() {
      Object.defineProperty(window, 'localStorage', { configurable: true, get() { throw new DOMException('Denied', 'SecurityError'); } });
    },
    nullStorage() { Object.defineProperty(window, 'localStorage', { configurable: true, value: null }); },
    brokenLocks() { navigator.locks.request = () => { throw new Error('no locks today'); }; },
    refusedLocks() { navigator.locks.request = () => Promise.reject(new DOMException('Denied', 'SecurityError')); },

    // The host thinks better of it.
    mend() {
      delete Array.prototype.toJSON;
      delete String.prototype.toJSON;
      Object.assign(JSON, { stringify, parse });
      Object.assign(window, { fetch, setTimeout });
      delete Object.prototype.stranger;
      delete Array.prototype.last;
      if (storage) Object.defineProperty(window, 'localStorage', storage);
      else delete window.localStorage;
    },
  };
  /* In one go, since a driver that talks to the page needs its JSON too. */
  window.strangers.duringALife = async (name) => {
    window.strangers[name]();
    try {
      const id = window.bed.enqueue('late');
      window.bed.queue.flush();
      window.bed.queue.getSnapshot();
      await new Promise((resolve) => { navigator.locks.request('a moment', resolve); });
      return id;
    } finally {
      window.strangers.mend();
    }
  };

  window.strangers[location.search.slice(1)]?.();
}
