import { expect, test } from 'vitest'
import { isMetadataHost } from '../../../src/lib/net/metadata-addresses.ts'
import { parseEgressList } from '../../../src/lib/net/egress-proxy.ts'

test.each([
  '[::a9fe:a9fe]',
  '[::ffff:169.254.169.254]',
  '[::ffff:0:a9fe:a9fe]',
  '[64:ff9b::a9fe:a9fe]',
  '[64:ff9b::6464:64c8]',
  '[64:ff9b:1::a9fe:a9fe]',
  '[64:ff9b:1:a9fe:a9:fe00::]',
  '[2002:a9fe:a9fe::1]',
  '[2001:0:1:2::5601:5601]',
  '[fe80::5efe:a9fe:a9fe]',
  '[2001:db8::200:5efe:a9fe:a9fe]',
  'metadata.azure.internal',
  'METADATA.azure.internal.',
])('%s is an address of cloud metadata', (host) => {
  expect(isMetadataHost(host)).toBe(true)
})

test.each([
  ['[::1]'],
  ['[::ffff:127.0.0.1]'],
  ['[2001:db8::a9fe:a9fe]'],
  ['[2606:4700::6810:85e5]'],
  ['[2002:0102:0304::1]'],
  ['[64:ff9b::102:304]'],
  ['api.example.com'],
])('%s is none', (host) => {
  expect(isMetadataHost(host)).toBe(false)
})

test.each(['http://169.254.169.254', 'socks5://[::ffff:a9fe:a9fe]:1080', 'http://metadata.google.internal'])(
  'an egress proxy at %s is refused',
  (url) => {
    expect(() => parseEgressList(url)).toThrow('cloud metadata')
  },
)
