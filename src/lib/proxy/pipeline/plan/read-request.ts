import { QwenctlError } from '../../../base/errors.ts'
import { decodeBody, tooLarge } from '../../transport/body/content-codings.ts'
import { GrowingBody } from '../../transport/body/body-memory.ts'
import type { ClientHead } from '../../wire/headers/client-head.ts'
import type { Exchange } from '../exchange/exchange.ts'
import type { PathFacts, Route } from './routes.ts'
import type { Edit } from '../../wire/body/edit-body.ts'
import { modelEdits } from '../../wire/body/edit-body.ts'
import type { BodyFields } from '../../wire/body/scan-body.ts'
import type { Span } from '../../wire/body/json-scan.ts'
import { readName } from '../../wire/body/read-name.ts'
import { readBoolean, scanBody } from '../../wire/body/scan-body.ts'
import { isForm, readField, scanForm } from '../../wire/body/scan-form.ts'

/** The parts of a request's body that the proxy needs; all else passes unread. */
export interface RequestBody {
  bytes: Buffer
  /** Null: a form. */
  scan: BodyFields | null
  /** As the client wrote it, `provider/model` included; null: none named, and none needed. */
  model: string | null
  /** Builds the edits that replace the model. */
  modelEdit: (model: string) => Edit[]
  isStream: boolean
}

/**
 * Reads the body, at most `maxBytes` of it. `onBody` gets it, or `request_too_large` as soon as that is
 * known. If the client leaves before, `onBody` gets nothing.
 */
export function readBody(
  exchange: Exchange,
  maxBytes: number,
  onBody: (body: Buffer | QwenctlError) => void,
): void {
  const { call } = exchange
  const announced = call.announcedBytes
  if (call.body !== null && announced <= maxBytes) {
    if (call.piece !== null) exchange.pieces = [call.piece]
    return onBody(call.body)
  }
  const body = new GrowingBody(call.memory, announced)
  let isOver = announced > maxBytes
  if (isOver) return onBody(tooLarge(maxBytes))
  call.readBody((chunk) => {
    if (isOver) return
    if (chunk === null) {
      const { bytes, piece } = body.whole()
      if (piece !== null) exchange.pieces = [piece]
      onBody(bytes)
      return
    }
    isOver = body.length + chunk.length > maxBytes
    if (isOver) {
      body.drop()
      onBody(tooLarge(maxBytes))
    } else body.add(chunk)
  })
}

/**
 * Decodes a compressed body, and drops a byte order mark: RFC 8259, 8.1 lets a reader ignore it, and not every
 * upstream does. `onBody` gets the plain bytes at once, unless they were compressed.
 */
export function decodeRequest(
  body: Buffer,
  contentEncoding: string | undefined,
  maxBytes: number,
  onBody: (body: Buffer | QwenctlError) => void,
): void {
  if (contentEncoding === undefined) return onBody(withoutMark(body))
  decodeBody(body, contentEncoding, maxBytes, (plain) =>
    onBody(plain instanceof Error ? plain : withoutMark(plain)),
  )
}

export function withoutMark(body: Buffer): Buffer {
  return body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? body.subarray(3) : body
}

/** Finds model and stream in a body. Throws `invalid_request` with the fault. */
export function parseRequest(
  bytes: Buffer,
  { contentType }: Pick<ClientHead, 'contentType'>,
  {
    isMedia,
    hasDefaultModel,
    service,
    stored,
    facts,
  }: Pick<Route, 'isMedia' | 'hasDefaultModel' | 'service' | 'stored'> & { facts: PathFacts | null },
): RequestBody {
  if (service !== null || stored !== null)
    return { bytes, scan: null, model: null, modelEdit: () => [], isStream: false }
  if (isMedia && contentType !== undefined && isForm(contentType)) return parseForm(bytes, contentType)
  const scan = scanBody(bytes)
  if (!scan.ok) throw new QwenctlError('invalid_request', `the request body is ${refusals[scan.reason]}`)
  const { fields } = scan
  if (facts !== null) return namedByPath(bytes, scan, facts)
  const model = shortModel(readName(bytes, fields.model), fields.model)
  if (model === null ? !hasDefaultModel : model.trim() === '') throw namesNoModel()
  return {
    bytes,
    scan,
    model,
    modelEdit: (name) => modelEdits(scan, name),
    isStream: readBoolean(bytes, fields.stream) === true,
  }
}

function namesNoModel(): QwenctlError {
  return new QwenctlError('invalid_request', 'the request names no model', {
    hint: 'set "model" to a model name, or to provider/model to choose the provider; GET /v1/models lists them',
  })
}

function namedByPath(bytes: Buffer, scan: BodyFields, { model, isStream }: PathFacts): RequestBody {
  if (model.trim() === '') throw namesNoModel()
  return { bytes, scan, model: shortModel(model, undefined), modelEdit: () => [], isStream }
}

function parseForm(bytes: Buffer, contentType: string): RequestBody {
  const scan = scanForm(bytes, contentType)
  if (!scan.ok) throw new QwenctlError('invalid_request', `the form is ${formRefusals[scan.reason]}`)
  const { model, stream } = scan.fields
  return {
    bytes,
    scan: null,
    // Services have a default for some of these.
    model: shortModel(readField(bytes, model) || null, model),
    modelEdit: (name) => (model === undefined ? [] : [{ ...model, text: name }]),
    isStream: readField(bytes, stream) === 'true',
  }
}

/** Longer than any model's name. It bounds what is kept of one request. */
const LONGEST_MODEL = 500

function shortModel(model: string | null, span: Span | undefined): string | null {
  const isLong = span !== undefined && span.end - span.start > 6 * LONGEST_MODEL
  if (!isLong && (model === null || model.length <= LONGEST_MODEL)) return model
  throw new QwenctlError(
    'invalid_request',
    `the name of the model is longer than ${LONGEST_MODEL} characters`,
    {
      hint: 'GET /v1/models lists the names',
    },
  )
}

const formRefusals = {
  'no-boundary': 'without a boundary in its content-type',
  malformed: 'not valid multipart/form-data',
  duplicate: 'ambiguous: a field occurs twice',
} as const

const refusals = {
  'not-an-object': 'not a JSON object',
  malformed: 'not valid JSON',
  'too-deep': 'nested too deeply',
  duplicate: 'ambiguous: a key occurs twice',
} as const
