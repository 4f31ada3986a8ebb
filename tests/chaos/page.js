/* The page under chaos: it makes queues, clicks, and reports what they said. It decides nothing; `tabs.py` does. */
import { ClickQueue, createWidgetApi } from '/dist/clickqueue.js';

const told = [];
const refused = [];
const queues = new Map(); // every queue of this page by its name, destroyed ones too
let current = [];
let frame = null;

const chaos = { isReady: true, name: null };

const guard = (deed) => {
  try {
    return deed();
  } catch (error) {
    thrown.push(String(error?.stack ?? error));
    return null;
  }
};

/* `wanted` are pairs of a queue's name and its storage key; `settings` is its config, `options` its api's. */
chaos.start = (name, wanted, settings, options) => {
  chaos.name = name;
  current = wanted.map(([queueName, storageKey]) => {
    const onDrop = (event, reason, detail) => told.push([queueName, event?.id ?? null, reason, detail]);
    const api = createWidgetApi({ ...options, endpoint: '/api/track/click', headers: { 'X-Queue': queueName } });
    const queue = new ClickQueue({ ...settings, storageKey, onDrop }, api);
    queues.set(queueName, queue);
    return [queueName, queue];
  });
  return Date.now();
};

/* Click `count` times, and do what comes `then` in the same task; the accepted ids with their marks and queues. */
chaos.click = (prefix, count, first, hasOwnIds, then) => {
  const accepted = [];
  const at = Date.now(); // of the whole task: no lock answers within it
  for (let number = 0; number < count; number++) {
    const mark = `${prefix}-${number}`;
    const [queueName, queue] = current[(first + number) % current.length];
    const id = hasOwnIds ? { id: `own-${mark}` } : {};
    const event = { ...id, sessionId: 's', questionId: 'q', offerId: mark, buttonVariantId: 'v' };
    const given = guard(() => queue.enqueue(event));
    if (typeof given === 'string') {
      accepted.push([given, mark, queueName]);
    } else {
      refused.push([queueName, mark]);
    }
  }
  const report = { ...chaos.report(), accepted, at };
  guard(() => AFTERWARDS[then]?.());
  return report;
};

const AFTERWARDS = {
  'reload now': () => location.reload(),
  'reload soon': () => setTimeout(() => location.reload()),
  'leave now': () => location.assign('/away'),
  'leave soon': () => setTimeout(() => location.assign('/away')),
  destroy: () => current.splice(0).forEach(([, queue]) => queue.destroy()),
};

chaos.flush = () => guard(() => current.forEach(([, queue]) => queue.flush()));

/* The names of the queues, each with the time when its purge had returned. */
chaos.purge = () =>
  current.map(([queueName, queue]) => {
    guard(() => queue.purge());
    return [queueName, Date.now()];
  });

/* Parked queues wait for their host or a visitor (CONTRACT 3.7): this is the host, of the frames' queues too. */
chaos.flushParked = () =>
  guard(() => {
    current.filter(([, queue]) => queue.getSnapshot().state === 'parked').forEach(([, queue]) => queue.flush());
    document.querySelectorAll('iframe').forEach((each) => each.contentWindow?.chaos?.flushParked());
  });

chaos.report = () => ({
  thrown: thrown.splice(0),
  told: told.splice(0),
  refused: refused.splice(0),
  snapshots: [...queues].map(([name, queue]) => [name, guard(() => queue.getSnapshot())]),
});

chaos.openFrame = () => {
  frame = document.createElement('iframe');
  frame.src = '/?frame';
  document.body.append(frame);
};

chaos.isFrameReady = () => frame?.contentWindow?.chaos?.isReady === true;

/* Clicks in the frame, which is removed in the very task of the last click, unless it may stay. */
chaos.clickInFrame = (prefix, count, wanted, settings, options, isRemoved) => {
  const inner = frame.contentWindow.chaos;
  inner.start(chaos.name, wanted, settings, options);
  const report = inner.click(prefix, count, 0, false, '');
  if (isRemoved) {
    frame.remove();
  }
  return report;
};

/* The frames that were left: one report for all. */
chaos.dropFrames = () => {
  const frames = [...document.querySelectorAll('iframe')];
  const reports = frames.map((each) => each.contentWindow?.chaos?.report()).filter(Boolean);
  frames.forEach((each) => each.remove());
  return reports;
};

chaos.keys = (prefixes) => {
  const keys = Array.from({ length: localStorage.length }, (_, at) => localStorage.key(at));
  const own = keys.filter((key) => prefixes.some((prefix) => key.startsWith(prefix)));
  return Object.fromEntries(own.map((key) => [key, localStorage.getItem(key)]));
};

window.chaos = chaos;
