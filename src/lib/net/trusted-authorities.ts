import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { getCACertificates } from 'node:tls'
import { QwenctlError } from '../base/errors.ts'

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/**
 * The certificates of these files, in PEM, added to those that Node trusts anyway. Node trusts its own list,
 * NODE_EXTRA_CA_CERTS, and the system's with --use-system-ca. Undefined without files. Throws `invalid_value`
 * naming the file.
 */
export async function trustedAuthorities(files: readonly string[]): Promise<string[] | undefined> {
  if (files.length === 0) return undefined
  const own = await Promise.all(files.map(certificatesIn))
  return [...getCACertificates('default'), ...own.flat()]
}

async function certificatesIn(file: string): Promise<string[]> {
  let text: string
  try {
    text = await readFile(file, 'latin1')
  } catch (cause) {
    const { code = 'unknown' } = cause as NodeJS.ErrnoException
    throw refused(file, `cannot be read (${code})`)
  }
  const found = text.match(CERTIFICATE) ?? []
  if (found.length === 0) throw refused(file, 'holds no certificate in PEM form')
  found.forEach((pem, index) => {
    try {
      new X509Certificate(pem)
    } catch {
      throw refused(file, `holds a certificate that cannot be read (number ${index + 1})`)
    }
  })
  return found
}

function refused(file: string, what: string): QwenctlError {
  return new QwenctlError('invalid_value', `the file of authorities ${file} ${what}`, {
    hint: 'give --ca, or the setting proxy.ca, a file with "-----BEGIN CERTIFICATE-----" in it',
  })
}
