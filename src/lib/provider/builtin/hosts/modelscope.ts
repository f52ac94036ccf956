import { defineProvider } from '../../define-provider.ts'

/**
 * Free inference: 2,000 requests a day for an account, and fewer for a single model. Days end at midnight in China.
 * Source, read 2026-11-30: modelscope.cn/docs/model-service/API-Inference/limits.
 */
export const modelscope = defineProvider({
  id: 'modelscope',
  label: 'ModelScope',
  keysUrl: 'https://modelscope.cn/my/myaccesstoken',
  keyVariables: ['MODELSCOPE_API_KEY', 'MODELSCOPE_SDK_TOKEN'],
  keyPattern: /^ms-[\w-]{16,}$/,
  endpoints: [
    {
      id: 'cn',
      label: 'ModelScope',
      openai: 'https://api-inference.modelscope.cn/v1',
      anthropic: 'https://api-inference.modelscope.cn/v1',
    },
  ],
  defaultLimits: ['2000/day@Asia/Shanghai'],
  countsTogether: 'all tokens of one account',
  terms: 'Free inference is for developers to try models; one person has one account.',
})
