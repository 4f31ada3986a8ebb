// The contract in Express. `npm install express`, then `node express_app.mjs` (Node 24: node:sqlite needs no package).
import express from 'express'
import { DatabaseSync } from 'node:sqlite'

const FIELDS = ['id', 'sessionId', 'questionId', 'offerId', 'buttonVariantId']
const MAX_CHARACTERS = 256 // of an id: indexes have limits (PostgreSQL 2,704 bytes), and an id that breaks one must not fail a batch
const CORS = {
  'Access-Control-Allow-Origin': process.env.CLICKS_ORIGIN ?? 'https://shop.example', // of the page with the widget
  'Access-Control-Allow-Headers': 'content-type',
  'Access-Control-Expose-Headers': 'retry-after, date',
  'Access-Control-Max-Age': '86400',
}

const database = new DatabaseSync(process.env.CLICKS_DB ?? 'clicks.sqlite3')
database.exec('CREATE TABLE IF NOT EXISTS clicks (id TEXT PRIMARY KEY, click TEXT NOT NULL)')

// Half of a surrogate pair is valid JSON, but it has no UTF-8, so no database takes it.
const isText = (value) => typeof value === 'string' && value !== '' && value.length <= MAX_CHARACTERS && value.isWellFormed()
const isEvent = (value) => FIELDS.every((name) => isText(value[name]))

function eventsOf(text, isBatch) {
  const value = JSON.parse(text)
  const events = isBatch ? value.events : [value]
  if (!events.every((event) => typeof event === 'object' && event !== null && !Array.isArray(event))) throw new TypeError('no event')
  return events
}

// All of a batch in one transaction; the answer leaves after its commit.
function store(events) {
  const insert = database.prepare('INSERT INTO clicks VALUES (?, ?) ON CONFLICT (id) DO NOTHING')
  database.exec('BEGIN')
  try {
    for (const event of events) insert.run(event.id, JSON.stringify(event))
    database.exec('COMMIT')
  } catch (error) {
    database.exec('ROLLBACK')
    throw error
  }
}

const app = express()
// First, so that errors have the headers too: without them the client takes a 413 for a broken network.
app.use((request, response, next) => (response.set(CORS), request.method === 'OPTIONS' ? response.sendStatus(204) : next()))
// Not express.json(), which ignores text/plain. A client sends 60,000 bytes at most.
app.use(express.text({ type: () => true, limit: 100_000 }))

// CSRF: Express checks no token. Where a middleware of yours does, mount these routes before it.
app.post(['/api/track/click', '/api/track/click/batch'], (request, response) => {
  let events
  try {
    events = eventsOf(request.body, request.path.endsWith('/batch'))
  } catch {
    return response.status(400).json({ error: 'send an event, or {events, batchId, timestamp}, as JSON' })
  }
  store(events.filter(isEvent))
  const reason = `needs text of at most ${MAX_CHARACTERS} characters as ${FIELDS.join(', ')}`
  response.json({ rejected: events.filter((event) => !isEvent(event)).map(({ id }) => ({ id, reason })) })
})
app.use((error, request, response, next) => response.status(error.status ?? 500).json({ error: error.message }))

const server = app.listen(process.env.PORT ?? 8000, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`))
