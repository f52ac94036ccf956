import { expect, test } from 'vitest'
import { checkListenHost } from '../../../../src/lib/proxy/server/listen-host.ts'

test.each([
  ['127.0.0.1', '127.0.0.1'],
  ['::1', '::1'],
  ['[::1]', '::1'],
  ['0.0.0.0', '0.0.0.0'],
  ['localhost', 'localhost'],
])('an address is taken, with or without brackets: %s', async (text, host) => {
  expect(await checkListenHost(text)).toBe(host)
})

test.each(['/tmp/x.sock', 'unix:/tmp/x.sock', 'C:\\x.sock'])(
  'unix sockets are refused by name: %s',
  async (text) => {
    await expect(checkListenHost(text)).rejects.toMatchObject({
      code: 'invalid_value',
      message: expect.stringContaining('unix sockets') as string,
    })
  },
)

test.each(['300.1.1.1', 'nosuchhost.invalid'])('what is no address is said to be none: %s', async (text) => {
  await expect(checkListenHost(text)).rejects.toMatchObject({
    code: 'invalid_value',
    message: `${text} is no address of this machine`,
  })
})
