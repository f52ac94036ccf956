import { findDefaultUser } from '../../toolkit/settings/default-user.ts'
import { route } from '../route.ts'
import {
  createdKey,
  keyChanges,
  keyList,
  keyQuery,
  keyRotation,
  newKey,
  oneKey,
} from '../../contract/access/keys.ts'
import { cutPage } from '../page/page.ts'

/** The credentials of programs at the proxy. */
export const keyRoutes = [
  route({
    method: 'GET',
    path: '/api/keys',
    summary: 'List the client keys',
    query: keyQuery,
    answer: keyList,
    run: async ({ query: { user, status, ...page }, parts }) => {
      const all = await parts.toolkit.keys.list()
      const fitting = all.filter(
        (key) => (user === undefined || key.user === user) && (status === undefined || key.status === status),
      )
      const { items, next } = cutPage(fitting, page, ({ id }) => id)
      return { keys: items, next }
    },
  }),
  route({
    method: 'POST',
    path: '/api/keys',
    summary: 'Create a client key',
    about: 'The answer contains the key, only this once. Once a key exists, every request needs one.',
    errors: ['invalid_body', 'invalid_value', 'invalid_limit', 'account_not_found', 'name_in_use'],
    body: newKey,
    status: 201,
    answer: createdKey,
    run: async ({ body: { user, ...wanted }, parts: { toolkit } }) => {
      const owner = user === undefined ? await findDefaultUser(toolkit.settings) : user
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
    about: 'Applies all fields or none. The secret and the user cannot change.',
    errors: ['key_not_found', 'invalid_value', 'invalid_limit', 'account_not_found', 'name_in_use'],
    body: keyChanges,
    answer: oneKey,
    run: async ({ params, body, parts }) => ({ key: await parts.toolkit.keys.change(params.name, body) }),
  }),
  route({
    method: 'POST',
    path: '/api/keys/{name}/rotate',
    summary: 'Issue a new secret for a client key',
    about: 'The answer contains the secret, only this once.',
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
    summary: 'Revoke a client key, by its name or id',
    errors: ['key_not_found'],
    answer: oneKey,
    run: async ({ params, parts }) => ({ key: await parts.toolkit.keys.revoke(params.name) }),
  }),
]
