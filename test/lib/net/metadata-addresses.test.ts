import { isIPv6 } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { guardedLookup, isMetadataHost } from '../../../src/lib/net/metadata-addresses.ts'

const parseHost = (host: string) => new URL(`http://${host}/`).hostname

test.each([
  '169.254.169.254',
  '169.254.170.2',
  '0xa9fea9fe',
  '2852039166',
  '0251.0376.0251.0376',
  '169.254.43518',
  '[::ffff:169.254.169.254]',
  '[::ffff:a9fe:a9fe]',
  '[64:ff9b::169.254.169.254]',
  '[fd00:ec2::254]',
  '[FD00:0EC2:0:0::254]',
  '[fd20:ce::254]',
  '[fe80::a9fe:a9fe]',
  '100.100.100.200',
  '192.0.0.192',
  '168.63.129.16',
  'metadata.google.internal',
  'Metadata.Google.Internal.',
  'metadata',
])('%s is a metadata service, however it is written', (host) => {
  expect(isMetadataHost(parseHost(host))).toBe(true)
})

test.each([
  'localhost',
  '127.0.0.1',
  '[::1]',
  '10.0.0.1',
  '192.168.1.10',
  '172.16.0.1',
  '100.100.100.201',
  '169.253.255.255',
  '[fd12:3456::1]',
  'api.openai.com',
  'metadata.example.com',
])('%s may be called', (host) => {
  expect(isMetadataHost(parseHost(host))).toBe(false)
})

test('every link-local IPv4 address is refused, and none outside, in any of three forms', () => {
  const octet = fc.integer({ min: 0, max: 255 })
  fc.assert(
    fc.property(octet, octet, octet, octet, (a, b, c, d) => {
      const number = ((a * 256 + b) * 256 + c) * 256 + d
      for (const [w, x, isLinkLocal] of [
        [169, 254, true],
        [a, b, a === 169 && b === 254],
      ] as const) {
        const address = `${w}.${x}.${c}.${d}`
        const known = ['100.100.100.200', '192.0.0.192', '168.63.129.16'].includes(address)
        const forms = [address, `[::ffff:${address}]`, String((w * 256 + x) * 65_536 + (number % 65_536))]
        expect(forms.map((form) => isMetadataHost(parseHost(form)))).toEqual(
          forms.map(() => isLinkLocal || known),
        )
      }
    }),
  )
})

type Found = string | { address: string; family: number }[]

function lookUp(found: Found): Promise<{ code: string | undefined; found: unknown }> {
  const base = (_host: string, _options: object, callback: (...args: unknown[]) => void) =>
    callback(null, found, typeof found === 'string' ? (isIPv6(found) ? 6 : 4) : undefined)
  return new Promise((resolve) => {
    guardedLookup(base as never)('some.test', {}, (error, address) =>
      resolve({ code: error?.code, found: address }),
    )
  })
}

describe('a guarded lookup', () => {
  test.each<Found>([
    '169.254.169.254',
    'fe80::1%eth0',
    [
      { address: '10.0.0.1', family: 4 },
      { address: 'fd00:ec2::254', family: 6 },
    ],
  ])('fails where a name leads to %j', async (found) => {
    expect(await lookUp(found)).toMatchObject({ code: 'EMETADATA' })
  })

  test.each<Found>(['10.0.0.1', '::1', [{ address: '127.0.0.1', family: 4 }]])(
    'passes on %j',
    async (found) => {
      expect(await lookUp(found)).toEqual({ code: undefined, found })
    },
  )

  test('passes on what the system’s own says', async () => {
    const { code, address } = await new Promise<{ code: unknown; address: unknown }>((resolve) => {
      guardedLookup()('nothing.invalid', {}, (error, found) => resolve({ code: error?.code, address: found }))
    })
    expect(code).toMatch(/^(ENOTFOUND|EAI_AGAIN)$/)
    expect(address).toBeUndefined()
  })
})
