import { aider } from './clients/aider.ts'
import { claudeCode } from './clients/claude-code.ts'
import { codex } from './clients/codex.ts'
import { continueSource } from './clients/continue.ts'
import { llm } from './clients/llm.ts'
import { opencode } from './clients/opencode.ts'
import { qwenCode } from './clients/qwen-code.ts'
import { claudeCodeRouter } from './gateways/claude-code-router.ts'
import { cliProxyApi } from './gateways/cli-proxy-api.ts'
import { gptLoad } from './gateways/gpt-load.ts'
import { litellm } from './gateways/litellm.ts'
import { newApi } from './gateways/new-api.ts'
import { nineRouter } from './gateways/nine-router.ts'
import { qwenCodeOaiProxy } from './gateways/qwen-code-oai-proxy.ts'
import { sub2api } from './gateways/sub2api.ts'
import { accountsYaml } from './lists/accounts-yaml.ts'
import { document } from './lists/document.ts'
import { envFiles } from './lists/env-files.ts'
import { environment } from './lists/environment.ts'
import { tableFile } from './lists/table-file.ts'
import type { Source } from './read/source.ts'

/** In reading order: if two sources hold the same credential, the first names it. */
export const sources: readonly Source[] = [
  accountsYaml,
  qwenCodeOaiProxy,
  qwenCode,
  cliProxyApi,
  litellm,
  claudeCodeRouter,
  newApi,
  sub2api,
  nineRouter,
  gptLoad,
  codex,
  opencode,
  claudeCode,
  continueSource,
  aider,
  llm,
  tableFile,
  envFiles,
  document,
  environment,
]
