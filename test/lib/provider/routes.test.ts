import { describe, expect, it } from 'vitest'
import { builtinProviders } from '../../../src/lib/provider/builtin/index.ts'
import { defineProvider } from '../../../src/lib/provider/define-provider.ts'
import { hasRouteIn } from '../../../src/lib/provider/routes.ts'

const table = { 'chat/completions': true, embeddings: false, 'images/*': false, 'images/edits': true }

describe('routes of a service', () => {
  it.each([
    ['chat/completions', true],
    ['/chat/completions', true],
    ['/chat/completions?beta=true', true],
    ['/chat/completions/', true],
    ['embeddings', false],
    ['images/generations', false],
    ['images/edits', true],
    ['images/a/b', false],
    ['images', null],
    ['responses', null],
    ['toString', null],
    ['', null],
  ])('when %j is asked for, it is %s', (path, expected) => {
    expect(hasRouteIn(table, path)).toBe(expected)
  })

  it('when nothing is said of them, all are unknown', () => {
    expect(hasRouteIn(null, 'embeddings')).toBeNull()
    const acme = defineProvider({ id: 'acme', baseUrl: 'https://api.acme.example/v1' })
    expect([acme.routes, acme.hasRoute('embeddings'), acme.rejectsStreamOptions]).toEqual([null, null, false])
  })

  it('when a definition says them, its provider answers by them, and later changes do not reach it', () => {
    const routes: Record<string, boolean> = { embeddings: false }
    const acme = defineProvider({ id: 'acme', baseUrl: 'https://api.acme.example/v1', routes })
    routes.embeddings = true
    expect([acme.hasRoute('/embeddings'), acme.routes]).toEqual([false, { embeddings: false }])
  })

  it.each(
    builtinProviders.filter(({ routes }) => routes !== null).map((provider) => [provider.id, provider]),
  )('%s has the route that all of them have', (_, provider) => {
    expect(provider.hasRoute('/chat/completions')).toBe(true)
  })
})
