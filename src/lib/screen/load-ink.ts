/**
 * Loads ink and its renderer. React picks its edition at load; the development edition is slower and records every
 * render for tools that are not open here.
 */
export async function loadInk() {
  const before = process.env['NODE_ENV']
  process.env['NODE_ENV'] = 'production'
  try {
    const [ink, react, view] = await Promise.all([
      import('ink'),
      import('react'),
      import('./components/screen-view.ts'),
    ])
    return { render: ink.render, createElement: react.createElement, ScreenView: view.ScreenView }
  } finally {
    if (before === undefined) Reflect.deleteProperty(process.env, 'NODE_ENV')
    else process.env['NODE_ENV'] = before
  }
}
