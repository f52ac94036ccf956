// The text of an error: a page or a document as plain words, and the words without what they quote.

/** A page becomes its title; any other text its words on one line. */
export function extractText(body: string): string {
  const title = /<title[^<>]*>([^<]*)<\/title>/i.exec(body)?.[1]
  const words = title ?? (/^\s*</.test(body) ? body.replace(/<[^<>]*>/g, ' ') : body)
  return words.replace(/\s+/g, ' ').trim()
}

const QUOTED = /"[^"]*"|`[^`]*`|“[^”]*”|「[^」]*」/g
const SINGLE_QUOTED = /(?<![\w'])'[^']*'(?!\w)/g
/** Python prints its own errors with all words in quotes. */
const PYTHON = /\{'\w+': /

/** Pydantic repeats the value that it refuses, which is from the request. */
const PYDANTIC_INPUT = /\binput_value=(?:(?!\binput_value=).)*?, input_type=\w+/gs

/** The message without quoted text, which is from the request or a name. */
export function removeQuotes(message: string): string {
  const rest = message.replace(QUOTED, '…').replace(PYDANTIC_INPUT, '…')
  return PYTHON.test(message) ? rest : rest.replace(SINGLE_QUOTED, '…')
}

/** The start of an XML error, as the storage and gateways of AWS, Alibaba Cloud and Tencent Cloud write it. */
const XML_ERROR = /^\s*(?:<\?xml[^<>]{0,100}\?>\s*)?<(?:Error|ErrorResponse|ErrorInfo)\b/i

/** Whether a body is an XML error. It is not an HTML page. */
export function isXmlError(text: string): boolean {
  return XML_ERROR.test(text)
}
