import { accountsYaml } from './accounts-yaml.ts'
import { claudeCode } from './claude-code.ts'
import { cliProxyApi } from './cli-proxy-api.ts'
import { codex } from './codex.ts'
import { envFiles } from './env-files.ts'
import { environment } from './environment.ts'
import { litellm } from './litellm.ts'
import { opencode } from './opencode.ts'
import { qwenCodeOaiProxy } from './qwen-code-oai-proxy.ts'
import { qwenCode } from './qwen-code.ts'
import type { Source } from './source.ts'
import { tableFile } from './table-file.ts'

/** In reading order: if two sources hold the same credential, the first names it. */
export const sources: readonly Source[] = [
  accountsYaml,
  qwenCodeOaiProxy,
  qwenCode,
  cliProxyApi,
  litellm,
  codex,
  opencode,
  claudeCode,
  tableFile,
  envFiles,
  environment,
]
