import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { QwenctlError } from '../../../src/lib/base/errors.ts'
import { convertToPublic } from '../../../src/lib/base/public-error.ts'
import { failImport, missingOwnFile } from '../../support/missing-file.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'

test('when a file of the program is missing, the error says that the files have changed, and is temporary', async () => {
  expect(convertToPublic(await missingOwnFile(), 'it failed')).toMatchObject({
    code: 'failed',
    status: 503,
    message: 'the files of qwenctl have changed since this process started',
    hint: 'qwenctl proxy restart',
  })
})

test('when a package or a file of other programs is missing, it is a fault without details', async () => {
  const other = pathToFileURL(join(temporaryFolder(), 'gone.js')).href
  for (const specifier of ['a-package-that-does-not-exist', other]) {
    const error = await failImport(specifier)
    expect(error).toMatchObject({ code: 'ERR_MODULE_NOT_FOUND' })
    expect(convertToPublic(error, 'it failed')).toMatchObject({ code: 'internal', message: 'it failed' })
  }
})

test('an error with a code stays the same', () => {
  const error = new QwenctlError('forbidden', 'no')
  expect(convertToPublic(error, 'it failed')).toBe(error)
})
