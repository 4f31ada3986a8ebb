// Texts, for JavaScript; `texts.py` has the same names for CPython.

import { field, kind } from './runtime.js'

export const describe = (value) =>
  typeof value == 'string' ? JSON.stringify(value)
  : Object(value) === value ? kind(value)
  : String(value)
export const message_of = (error) => {
  const message = field(error, 'message')
  return (kind(message) == 'string' && message) || 'status ' + describe(field(error, 'status'))
}
export const parse_whole = (text) => /^\d{1,15}$/.test(text) ? +text : -1
export const looks_like_html = (text, type) => /^\s*</.test(text) || text != '' && /html/i.test(type)
export const journal_name = (key, main) => {
  const found = key.startsWith(main) && /^(:[^.]*)?(\.\d+)?$/.exec(key.slice(main.length))
  return found ? main + (found[1] ?? '') : null
}
export const mark_of = (text) => /^![^.]*$/.test(text) ? text : '!'
export const batch_address = (endpoint) => endpoint.replace(/\/?(\?.*)?$/, '/batch$1')
export const json_array = (items, text_of) => '[' + items.map(text_of).join(',') + ']'
export const in_order = (texts) => texts.sort()
export const utf8_bytes = (text) => encodeURIComponent(text).replace(/%../g, '-').length
