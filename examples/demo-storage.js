/* The queue's keys in localStorage, read and shown. Invariant: this page only looks; a text that is no list of events is shown as it is. */
import { byId, element, setChildren } from './demo-elements.js';

export const STORAGE_KEY = 'srv_click_queue';
const MAX_EVENTS = 60; // of a key; an element more for each event would make a thousand pending ones slow
const MAX_TEXT = 500;

function readKeys() {
  const names = Object.keys(localStorage).filter((key) => key.startsWith(STORAGE_KEY)).sort();
  return names.map((key) => ({ key, text: localStorage.getItem(key), events: parse(localStorage.getItem(key)) }));
}

function parse(text) {
  try {
    const value = JSON.parse(text);
    return Array.isArray(value) ? value.filter((event) => event && event.id) : [];
  } catch {
    return []; // somebody wrote it in the DevTools; the queue heals it
  }
}

/* Every stored event by its id. */
export function storedEvents() {
  return new Map(readKeys().flatMap(({ events }) => events.map((event) => [event.id, event])));
}

let shown = new Map(); // what an element shows -> the element, which stays as long as that does

export function drawStorage(isPersistent) {
  const keys = readKeys();
  const characters = keys.reduce((sum, { key, text }) => sum + key.length + text.length, 0);
  byId('storage-size').textContent = !isPersistent ? 'not available: memory only' : characters > 0 ? `${characters.toLocaleString('en')} characters` : '';
  const before = shown;
  shown = new Map();
  const keep = (name, make) => {
    const kept = before.get(name) ?? make();
    shown.set(name, kept);
    return kept;
  };
  const sections = keys.map((entry) => drawKey(entry, keep));
  setChildren(byId('keys'), sections.length > 0 ? sections : [keep('', () => element('p', { className: 'empty', textContent: 'Empty: everything is settled.' }))]);
}

function drawKey({ key, text, events }, keep) {
  const section = keep(key, () => element('div', { className: 'key' }, element('h3', {}, element('span', { textContent: key }), element('small', {}))));
  const count = `${events.length} event${events.length === 1 ? '' : 's'}`;
  section.querySelector('small').textContent = key === `${STORAGE_KEY}!` ? 'the mark of a purge: it stays' : count;
  const rows = events.slice(0, MAX_EVENTS).map((event) => keep(`${key} ${JSON.stringify(event)}`, () => drawEvent(event)));
  const raw = events.length === 0 ? [keep(`${key} ${text}`, () => element('pre', { textContent: text.slice(0, MAX_TEXT) }))] : [];
  setChildren(section, [section.firstChild, ...rows, ...raw]);
  return section;
}

function drawEvent(event) {
  return element('details', {},
    element('summary', {}, element('b', { textContent: event.clickNumber || '' }), ` ${event.offerId} `, element('code', { textContent: event.id })),
    element('pre', { textContent: JSON.stringify(event, null, 2) }));
}
