import type { ClientKeyView } from '../../src/lib/toolkit/keys/client-keys.ts'
import type * as page from '../../web/src/api/types.ts'

/** Compiles only where every value of the first type is one of the second. */
type Fits<From extends To, To> = From

/** Client keys as the page reads them are those of the program. The type check is the test. */
export type Checks = [Fits<ClientKeyView, page.ClientKeyView>, Fits<page.ClientKeyView, ClientKeyView>]
