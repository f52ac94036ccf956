import { streamRoute } from '../route.ts'

/** Live events. */
export const eventRoutes = [
  streamRoute({
    method: 'GET',
    path: '/api/events',
    access: 'user',
    summary: 'Stream events as they happen',
    about:
      'Events: `hello` first; `request`, `rotation`, `cooldown` and `trouble` as logged; `skipped` with the number of requests left out; `quota` with the changed accounts; `accounts` after changes of accounts or client keys. `Last-Event-ID` resumes the stream; if that is impossible, `hello` says `"resumed": false`.',
    stream: async ({ presented, parts }, req, res) => {
      const lastId = req.headers['last-event-id']
      await parts.events.open(res, presented ?? '', typeof lastId === 'string' ? lastId : null)
    },
  }),
]
