import { streamRoute } from '../route.ts'

/** What happens, as it happens. */
export const eventRoutes = [
  streamRoute({
    method: 'GET',
    path: '/api/events',
    summary: 'Tell what happens, as it happens',
    about:
      'Events: `hello` first; `request`, `rotation`, `cooldown` and `trouble` as the log has them; `skipped` with the count of requests that were too many to tell; `quota` with the accounts that changed; `accounts` when accounts or client keys changed. With `Last-Event-ID` it goes on from there; where it cannot, `hello` says `"resumed": false`.',
    stream: async ({ presented, parts }, req, res) => {
      const lastId = req.headers['last-event-id']
      await parts.events.open(res, presented ?? '', typeof lastId === 'string' ? lastId : null)
    },
  }),
]
