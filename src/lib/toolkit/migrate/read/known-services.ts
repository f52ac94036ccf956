/**
 * Services that other tools name, with their public base URLs. A registered provider at the same host takes the
 * account; until there is one, it is a `custom` account at this base URL.
 */
export interface KnownService {
  /** Names that tools use, in lower case with `-`. The first names the account. */
  names: readonly string[]
  /** The OpenAI base. */
  base: string
  /** Variables that hold its keys. */
  variables?: readonly string[]
}

// Every base was found in public source code (2026-11-30). Most are in the list of hosted APIs in llms/openai of
// vxcontrol/langchaingo, and in the provider tables of other clients. The plans of GLM, Kimi and Doubao are in
// configurations of their users. No base was called.
export const knownServices: readonly KnownService[] = [
  {
    names: ['zai', 'z-ai', 'z.ai'],
    base: 'https://api.z.ai/api/paas/v4',
    variables: ['ZAI_API_KEY', 'Z_AI_API_KEY'],
  },
  {
    names: ['zai-coding-plan', 'glm-coding-plan-international'],
    base: 'https://api.z.ai/api/coding/paas/v4',
  },
  {
    names: ['zhipuai', 'zhipu', 'bigmodel', 'glm'],
    base: 'https://open.bigmodel.cn/api/paas/v4',
    variables: [
      'ZHIPU_API_KEY',
      'ZHIPUAI_API_KEY',
      'ZHIPU_CN_API_KEY',
      'CHATGLM_API_KEY',
      'BIGMODEL_API_KEY',
      'GLM_API_KEY',
    ],
  },
  { names: ['zhipuai-coding-plan', 'glm-coding-plan'], base: 'https://open.bigmodel.cn/api/coding/paas/v4' },
  {
    names: ['moonshotai', 'moonshot'],
    base: 'https://api.moonshot.ai/v1',
    variables: ['MOONSHOT_API_KEY', 'MOONSHOTAI_API_KEY'],
  },
  {
    names: ['moonshotai-cn', 'moonshot-cn'],
    base: 'https://api.moonshot.cn/v1',
    variables: ['MOONSHOT_CN_API_KEY'],
  },
  {
    names: ['kimi-for-coding', 'kimi-coding-plan', 'kimi', 'kimi-coding'],
    base: 'https://api.kimi.com/coding/v1',
    variables: ['KIMI_API_KEY'],
  },
  { names: ['minimax'], base: 'https://api.minimax.io/v1', variables: ['MINIMAX_API_KEY'] },
  { names: ['minimax-cn'], base: 'https://api.minimaxi.com/v1', variables: ['MINIMAX_CN_API_KEY'] },
  { names: ['xai', 'x-ai', 'grok'], base: 'https://api.x.ai/v1', variables: ['XAI_API_KEY', 'GROK_API_KEY'] },
  { names: ['cerebras'], base: 'https://api.cerebras.ai/v1', variables: ['CEREBRAS_API_KEY'] },
  {
    names: ['together', 'togetherai', 'together-ai'],
    base: 'https://api.together.xyz/v1',
    variables: ['TOGETHER_API_KEY', 'TOGETHERAI_API_KEY', 'TOGETHER_AI_API_KEY'],
  },
  {
    names: ['nvidia', 'nvidia-nim', 'nim'],
    base: 'https://integrate.api.nvidia.com/v1',
    variables: ['NVIDIA_API_KEY', 'NVIDIA_NIM_API_KEY'],
  },
  {
    names: ['siliconflow', 'silicon'],
    base: 'https://api.siliconflow.com/v1',
    variables: ['SILICONFLOW_API_KEY'],
  },
  {
    names: ['siliconflow-cn'],
    base: 'https://api.siliconflow.cn/v1',
    variables: ['SILICONFLOW_CN_API_KEY'],
  },
  {
    names: ['modelscope'],
    base: 'https://api-inference.modelscope.cn/v1',
    variables: ['MODELSCOPE_API_KEY'],
  },
  {
    names: ['huggingface', 'huggingface-inference-api'],
    base: 'https://router.huggingface.co/v1',
    variables: ['HF_TOKEN', 'HUGGINGFACE_API_KEY'],
  },
  { names: ['github-models', 'github'], base: 'https://models.github.ai/inference' },
  {
    names: ['cohere'],
    base: 'https://api.cohere.ai/compatibility/v1',
    variables: ['COHERE_API_KEY', 'CO_API_KEY'],
  },
  {
    names: ['perplexity'],
    base: 'https://api.perplexity.ai',
    variables: ['PERPLEXITY_API_KEY', 'PERPLEXITYAI_API_KEY'],
  },
  { names: ['deepinfra'], base: 'https://api.deepinfra.com/v1/openai', variables: ['DEEPINFRA_API_KEY'] },
  { names: ['sambanova'], base: 'https://api.sambanova.ai/v1', variables: ['SAMBANOVA_API_KEY'] },
  { names: ['novita', 'novita-ai'], base: 'https://api.novita.ai/v3/openai', variables: ['NOVITA_API_KEY'] },
  { names: ['nebius'], base: 'https://api.tokenfactory.nebius.com/v1', variables: ['NEBIUS_API_KEY'] },
  { names: ['baseten'], base: 'https://inference.baseten.co/v1', variables: ['BASETEN_API_KEY'] },
  { names: ['hyperbolic'], base: 'https://api.hyperbolic.xyz/v1', variables: ['HYPERBOLIC_API_KEY'] },
  { names: ['chutes'], base: 'https://llm.chutes.ai/v1', variables: ['CHUTES_API_KEY'] },
  { names: ['venice'], base: 'https://api.venice.ai/api/v1', variables: ['VENICE_API_KEY'] },
  {
    names: ['stepfun'],
    base: 'https://api.stepfun.com/v1',
    variables: ['STEPFUN_API_KEY', 'STEP_API_KEY'],
  },
  {
    names: ['volcengine', 'doubao', 'ark'],
    base: 'https://ark.cn-beijing.volces.com/api/v3',
    variables: ['ARK_API_KEY', 'VOLCENGINE_API_KEY', 'DOUBAO_API_KEY', 'BYTEDANCE_API_KEY'],
  },
  { names: ['doubao-coding-plan'], base: 'https://ark.cn-beijing.volces.com/api/coding/v3' },
  {
    names: ['lingyiwanwu', '01-ai', 'yi'],
    base: 'https://api.lingyiwanwu.com/v1',
    variables: ['YI_API_KEY'],
  },
  { names: ['aihubmix'], base: 'https://aihubmix.com/v1', variables: ['AIHUBMIX_API_KEY'] },
  {
    names: ['vercel', 'ai-gateway', 'vercel-ai-gateway'],
    base: 'https://ai-gateway.vercel.sh/v1',
    variables: ['AI_GATEWAY_API_KEY'],
  },
  {
    names: ['opencode', 'opencode-zen'],
    base: 'https://opencode.ai/zen/v1',
    variables: ['OPENCODE_API_KEY'],
  },
  { names: ['requesty'], base: 'https://router.requesty.ai/v1', variables: ['REQUESTY_API_KEY'] },
  { names: ['scaleway'], base: 'https://api.scaleway.ai/v1', variables: ['SCALEWAY_API_KEY'] },
  { names: ['lambda'], base: 'https://api.lambda.ai/v1', variables: ['LAMBDA_API_KEY'] },
  { names: ['inception'], base: 'https://api.inceptionlabs.ai/v1', variables: ['INCEPTION_API_KEY'] },
  { names: ['ollama-cloud'], base: 'https://ollama.com/v1', variables: ['OLLAMA_API_KEY'] },
  {
    names: ['alibaba-cn'],
    base: 'https://dashscope.aliyuncs.com/compatible-mode/v1',
    variables: ['DASHSCOPE_CN_API_KEY'],
  },
  // Provider tables and `.env.example` files of several clients have the next ten, with their variables. The
  // documentation of Hunyuan has its base (read 2026-11-30).
  { names: ['ppio'], base: 'https://api.ppinfra.com/v3/openai', variables: ['PPIO_API_KEY'] },
  { names: ['gitee-ai'], base: 'https://ai.gitee.com/v1', variables: ['GITEE_AI_API_KEY'] },
  {
    names: ['hunyuan', 'tencent-hunyuan'],
    base: 'https://api.hunyuan.cloud.tencent.com/v1',
    variables: ['HUNYUAN_API_KEY'],
  },
  {
    names: ['qianfan', 'wenxin', 'baidu-qianfan'],
    base: 'https://qianfan.baidubce.com/v2',
    variables: ['QIANFAN_API_KEY', 'WENXIN_API_KEY'],
  },
  { names: ['upstage'], base: 'https://api.upstage.ai/v1', variables: ['UPSTAGE_API_KEY'] },
  { names: ['ai302', '302ai'], base: 'https://api.302.ai/v1', variables: ['AI302_API_KEY'] },
  { names: ['ai21'], base: 'https://api.ai21.com/studio/v1', variables: ['AI21_API_KEY'] },
  { names: ['poe'], base: 'https://api.poe.com/v1', variables: ['POE_API_KEY'] },
  { names: ['baichuan'], base: 'https://api.baichuan-ai.com/v1', variables: ['BAICHUAN_API_KEY'] },
  { names: ['cometapi'], base: 'https://api.cometapi.com/v1', variables: ['COMETAPI_API_KEY'] },
  { names: ['ollama'], base: 'http://127.0.0.1:11434/v1' },
  { names: ['lmstudio', 'lm-studio'], base: 'http://127.0.0.1:1234/v1' },
]

const byName: ReadonlyMap<string, KnownService> = new Map(
  knownServices.flatMap((service) => service.names.map((name) => [name, service] as const)),
)

/** The service with this name in a tool; null: unknown. */
export function findKnownService(name: string): KnownService | null {
  return byName.get(plainServiceName(name)) ?? null
}

/** Whether a service of this table is at a host. */
export function isKnownHost(host: string): boolean {
  return knownServices.some(({ base }) => new URL(base).host === host)
}

export function plainServiceName(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_]+/g, '-')
}
