import { route } from '../route.ts'
import { createdKey, keyList, newKey, oneKey } from '../schemas/keys.ts'

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
    method: 'DELETE',
    path: '/api/keys/{name}',
    summary: 'Take a client key away, by its name or id',
    errors: ['key_not_found'],
    answer: oneKey,
    run: async ({ params, parts }) => ({ key: await parts.toolkit.keys.revoke(params.name) }),
  }),
]
