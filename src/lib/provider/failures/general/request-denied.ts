// 403 for a part of the request. It mostly refuses an account, so only a denied object or a server behind the request
// counts. Both get the same answer from every account.
import type { FailedAnswer } from '../outcome-row.ts'
import type { FailureRow } from '../failure-row.ts'

/** Objects that a request names by their id. An API of the same name is a part of the service. */
const OBJECT = String.raw`(?:files?|threads?|conversations?|assistants?|vector stores?|voices?|documents?|attachments?|responses?|batch(?:es)?|cached ?contents?|containers?|skills?|knowledge bases?|datasets?|prompt templates?|images?|videos?)\b(?! (?:apis?|models?|generations?|inference|processing)\b)`

const DENIED_OBJECT = new RegExp(
  [
    String.raw`\b(?:access|permission|not (?:authorized|allowed|permitted))\b[^.]{0,20}\b(?:to|for) (?:(?:view|read|use|access|fetch|download|edit|delete) )?(?:(?:the|this|that|requested) ){0,2}${OBJECT}`,
    String.raw`\b${OBJECT}[^.]{0,60}\b(?:is denied|belongs? to|owned by|is private|not accessible|permission denied|cannot be (?:accessed|used|read|cancelled|deleted|fetched))`,
    String.raw`\baccess denied:? (?:to )?(?:the )?${OBJECT}`,
  ].join('|'),
  'i',
)

/** Servers with keys and limits of their own, which answered 403 themselves. */
const SERVER_BEHIND = new RegExp(
  [
    String.raw`\b(?:mcp|connectors?|plugins?|webhooks?|tool server|remote (?:host|server))\b(?! (?:access|feature|use)\b)`,
    String.raw`\b(?:fail(?:ed|ure)?|could not|cannot|unable|error)\b[^.]{0,30}\b(?:fetch|download|load)(?:ed|ing)?\b(?! (?:the |your )?(?:accounts?|credentials?|(?:api )?keys?|organi[sz]ation))|\burl\b[^.]{0,20}\bcould not be fetched\b`,
    String.raw`\bweb ?(?:page|site)s?\b[^.]{0,20}\b(?:blocked|returned|refused|disallow\w*)\b[^.]{0,20}\b(?:crawler|bot|fetcher|agent|40\d|429)\b|\b(?:allowed domains|user agent|web_fetch)\b`,
  ].join('|'),
  'i',
)

/** The account is the subject, whatever else the message names. */
const OF_ACCOUNT =
  /^(?:your|this|the) (?:\w+ )?(?:account|organi[sz]ation|workspace|project|team|plan|tier|subscription|tenant|api[- ]?key|key|credit)\b|\bhas disabled\b|\bnot (?:enabled|available|included) (?:for|in|on) (?:your|this) (?:\w+ )?(?:account|organi[sz]ation|workspace|project|team|plan|tier)\b/i

/** Whether a 403 with these words denies a part of the request, not the account. */
export function deniesPart(words: string): boolean {
  return (SERVER_BEHIND.test(words) || DENIED_OBJECT.test(words)) && !OF_ACCOUNT.test(words)
}

const denies = ({ words }: FailedAnswer): boolean => deniesPart(words)

export const requestDeniedRows: readonly FailureRow[] = [
  {
    id: 'request-part-denied',
    status: 403,
    when: denies,
    class: 'bad-request',
    about: 'an object that the request names belongs to others, or a server behind the request refused it',
    source:
      'ai.google.dev/gemini-api/docs/troubleshooting, platform.openai.com/docs/guides/tools-connectors-mcp (2026-11)',
    examples: [
      {
        status: 403,
        body: { error: { message: 'You do not have permission to access the file file-1.', code: 403 } },
      },
      {
        status: 403,
        body: { error: { message: 'MCP server https://mcp.example.com returned 403: invalid API key' } },
      },
    ],
  },
]
