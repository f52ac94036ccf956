import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { QwenctlError } from '../../base/errors.ts'
import { findPackageRoot } from '../../base/package-root.ts'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ico': 'image/x-icon',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
}

/** In the page's folder or in `assets`, without a leading dot: no path leads out of the folder. */
const ASSET = /^\/(assets\/)?(?!\.)[A-Za-z0-9._-]+$/
/** The build puts a content hash into the name. */
const HASHED = /-[A-Za-z0-9_]{8,}\.\w+$/

/** Allows scripts, styles and data from this proxy only: nothing inline, no frames, no form targets. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const guarded = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
} as const

interface PageFile {
  bytes: Buffer
  etag: string
}

/** The output of `npm run build`, also when this code runs from its sources. */
function builtFolder(): string {
  return fileURLToPath(new URL('dist/web', findPackageRoot()?.folder ?? import.meta.url))
}

/** The page: a few files, each read at the first request and kept. */
export class PageFiles {
  readonly #folder: string
  readonly #files = new Map<string, PageFile>()

  constructor(folder = builtFolder()) {
    this.#folder = folder
  }

  /** Throws `not_found`, `method_not_allowed`. */
  async answer(req: IncomingMessage, res: ServerResponse, path: string): Promise<void> {
    const name = path === '/' ? '/index.html' : path
    const file = ASSET.test(name) ? this.#file(name) : null
    if (file === null) throw new QwenctlError('not_found', `there is nothing at ${path.slice(0, 200)}`)
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      throw new QwenctlError('method_not_allowed', `${req.method ?? ''} is not allowed on this path`, {
        details: { allow: ['GET', 'HEAD'] },
      })
    }
    const { bytes, etag } = file
    const isFresh = req.headers['if-none-match']?.split(/\s*,\s*/).includes(etag) === true
    res.writeHead(isFresh ? 304 : 200, {
      ...guarded,
      etag,
      'cache-control': HASHED.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache',
      ...(isFresh
        ? {}
        : {
            'content-type': types[extname(name)] ?? 'application/octet-stream',
            'content-length': bytes.length,
          }),
    })
    res.end(isFresh || req.method === 'HEAD' ? undefined : bytes)
  }

  /** Null: the file does not exist. */
  #file(name: string): PageFile | null {
    const known = this.#files.get(name)
    if (known !== undefined) return known
    try {
      const bytes = readFileSync(join(this.#folder, name))
      const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 27)
      const file = { bytes, etag: `"${hash}"` }
      this.#files.set(name, file)
      return file
    } catch (error) {
      if (['ENOENT', 'EISDIR', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null
      throw error
    }
  }
}
