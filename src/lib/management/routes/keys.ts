import { route } from '../route.ts'
import { createdKey, keyChanges, keyList, keyRotation, newKey, oneKey } from '../schemas/keys.ts'

/** What programs present to the proxy. */
export const keyRoutes = [
  route({
    method: 'GET',
    path: '/api/keys',
    summary: 'List the client keys',
    answer: keyList,
    run: async ({ parts }) => ({ keys: await parts.toolkit.keys.list() }),
  }),
  route({
    method: 'POST',
    path: '/api/keys',
    summary: 'Make a client key',
    about: 'The key is told this once. From the first one on the proxy asks a key of everybody.',
    errors: ['invalid_body', 'invalid_value', 'invalid_limit', 'account_not_found', 'name_in_use'],
    body: newKey,
    status: 201,
    answer: createdKey,
    run: async ({ body: { user, ...wanted }, parts: { toolkit } }) => {
      const owner = user === undefined ? String(await toolkit.settings.get('user')) : user
      const { key, secret } = await toolkit.keys.create({
        ...wanted,
        ...(owner === null ? {} : { user: owner }),
      })
      return { key, secret }
    },
  }),
  route({
    method: 'GET',
    path: '/api/keys/{name}',
    summary: 'Show a client key, by its name or id',
    errors: ['key_not_found'],
    answer: oneKey,
    run: async ({ params, parts }) => ({ key: await parts.toolkit.keys.show(params.name) }),
  }),
  route({
    method: 'PATCH',
    path: '/api/keys/{name}',
    summary: 'Change a client key',
    about: 'All that is said or nothing. Its secret and its user stay what they are.',
    errors: ['key_not_found', 'invalid_value', 'invalid_limit', 'account_not_found', 'name_in_use'],
    body: keyChanges,
    answer: oneKey,
    run: async ({ params, body, parts }) => ({ key: await parts.toolkit.keys.change(params.name, body) }),
  }),
  route({
    method: 'POST',
    path: '/api/keys/{name}/rotate',
    summary: 'Issue a new secret for a client key',
    about: 'The secret is told this once.',
    errors: ['key_not_found', 'invalid_value'],
    body: keyRotation,
    answer: createdKey,
    run: ({ params, body, parts }) => parts.toolkit.keys.rotate(params.name, body.overlap),
  }),
  route({
    method: 'POST',
    path: '/api/keys/{name}/pause',
    summary: 'Refuse a client key until it is resumed',
    errors: ['key_not_found'],
    answer: oneKey,
    run: async ({ params, parts }) => ({
      key: await parts.toolkit.keys.change(params.name, { isPaused: true }),
    }),
  }),
  route({
    method: 'POST',
    path: '/api/keys/{name}/resume',
    summary: 'Accept a paused client key again',
    errors: ['key_not_found'],
    answer: oneKey,
    run: async ({ params, parts }) => ({
      key: await parts.toolkit.keys.change(params.name, { isPaused: false }),
    }),
  }),
  route({
    method: 'DELETE',
    path: '/api/keys/{name}',
    summary: 'Take a client key away, by its name or id',
    errors: ['key_not_found'],
    answer: oneKey,
    run: async ({ params, parts }) => ({ key: await parts.toolkit.keys.revoke(params.name) }),
  }),
]
