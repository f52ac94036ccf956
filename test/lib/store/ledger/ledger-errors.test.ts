import { expect, test } from 'vitest'
import { unreadable, unwritable } from '../../../../src/lib/store/ledger/ledger-errors.ts'

const systemError = (code: string) => Object.assign(new Error(code), { code })

test.each([
  ['EROFS', 'store_unwritable', 'the ledger /l cannot be written: the file system is read-only (EROFS)'],
  ['ENOSPC', 'store_unwritable', 'the ledger /l cannot be written: no space left on the disk (ENOSPC)'],
  ['EACCES', 'store_corrupt', 'the ledger /l cannot be read: permission denied (EACCES)'],
])('when the ledger does not open with %s, the error is %s in words', (errno, code, message) => {
  expect(unreadable('/l', systemError(errno))).toMatchObject({ code, message })
})

test('every error of a write has the next step', () => {
  expect(unwritable('/l', systemError('EROFS'))).toMatchObject({
    code: 'store_unwritable',
    hint: expect.stringContaining('correct the permissions'),
  })
})
