import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { getCACertificates } from 'node:tls'
import { expect, test } from 'vitest'
import { trustedAuthorities } from '../../../src/lib/net/trusted-authorities.ts'
import { testAuthority } from '../../support/servers/egress-proxies.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'

const pem = (name: string) => fileURLToPath(new URL(`../../support/certs/${name}`, import.meta.url))

test('adds the certificates of files to those that Node trusts, also several of one file', async () => {
  const text = testAuthority.toString().trim()
  const file = join(temporaryFolder(), 'two.pem')
  await writeFile(file, `# ours\r\n${text.replaceAll('\n', '\r\n')}\r\n\r\n# again\n${text}\n`)
  const trusted = (await trustedAuthorities([pem('authority.pem'), file])) ?? []
  expect(trusted.slice(0, -3)).toEqual(getCACertificates('default'))
  expect(trusted.slice(-3).map((each) => each.replaceAll('\r\n', '\n'))).toEqual([text, text, text])
})

test('without files, what Node trusts is left to Node', async () => {
  expect(await trustedAuthorities([])).toBeUndefined()
})

test.each([
  ['is not there', null, /cannot be read \(ENOENT\)/],
  ['is empty', '', /holds no certificate/],
  ['holds a key', '-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----\n', /holds no certificate/],
  [
    'holds a damaged certificate',
    '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
    /cannot be read \(number 1\)/,
  ],
])('when a file %s, it is named', async (_, content, words) => {
  const file = join(temporaryFolder(), 'ca.pem')
  if (content !== null) await writeFile(file, content)
  const error: unknown = await trustedAuthorities([file]).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toMatchObject({ code: 'invalid_value', message: expect.stringMatching(words) as string })
  expect((error as Error).message).toContain(file)
})
