import { expect, test } from 'vitest'
import type { ClientKeyView } from '../../src/lib/toolkit/keys/client-keys.ts'
import type { AccountView, ArchivedView, QuotaDocument } from '../../src/lib/toolkit/views.ts'
import type * as page from '../../web/src/api/types.ts'

/** Compiles only where every value of the first type is one of the second. */
type Fits<From extends To, To> = From

type Checks = [
  Fits<AccountView, page.AccountView>,
  Fits<ClientKeyView, page.ClientKeyView>,
  Fits<ArchivedView, page.ArchivedView>,
  Fits<QuotaDocument['accounts'][number], page.AccountQuotaView>,
]

test('the shapes that the page reads are those that the program has; the compiler checks it', () => {
  const checks: Checks | null = null
  expect(checks).toBeNull()
})
