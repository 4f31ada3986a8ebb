// Calls `createWidgetApi` of the built module with the cases that test_http.py gives it in CPython.

import { shown, told, unpack } from './values.js'

// What a request contains that a server sees, and the signal that only this language has.
const FIELDS = ['method', 'headers', 'keepalive', 'redirect', 'body']

const responseOf = ({ status, text, headers }) => ({
  status,
  headers: { get: (name) => headers[name] ?? null },
  text: async () => text,
})

// The error of each list of options, or 'fine'.
export const refused = ({ module }, cases) =>
  JSON.parse(cases).map((options) => {
    try {
      module.createWidgetApi(unpack(options))
      return 'fine'
    } catch (error) {
      return told(error)
    }
  })

// What was sent for each case, and how the promise of the api settled.
export const exchanged = ({ module }, cases) =>
  Promise.all(
    JSON.parse(cases).map(async ({ options, method, values, response }) => {
      const sent = []
      const fetch = async (url, request) => {
        sent.push([url, ...FIELDS.map((name) => request[name])])
        if (response === null) throw new TypeError('no network')
        return responseOf(response)
      }
      const api = module.createWidgetApi({ ...options, fetch })
      try {
        return shown([sent, 'resolved', await api[method](...values.map(unpack))])
      } catch ({ message, status, retryAfterMs }) {
        return shown([sent, 'rejected', message, status ?? null, retryAfterMs ?? null])
      }
    }),
  )

// How many requests `postEach` sent for each list of events and responses, and how its promise settled.
export const postedEach = ({ module }, cases) =>
  Promise.all(
    JSON.parse(cases).map(async ([events, responses]) => {
      let count = 0
      const fetch = async () => {
        const response = responses[count++]
        if (response === null) throw new TypeError('no network')
        return responseOf(response)
      }
      const api = module.postEach(module.createWidgetApi({ endpoint: '/clicks', fetch }))
      try {
        const answer = await api.trackClickBatch(events, {})
        return shown([count, 'resolved', answer])
      } catch ({ message }) {
        return shown([count, 'rejected', message])
      }
    }),
  )
