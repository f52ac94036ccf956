import { Component, h } from 'preact'
import type { ComponentClass, FunctionComponent, VNode } from 'preact'

/** Renders a component again only when one of these properties changes: callbacks always do the same. */
export function memo<Props extends object>(
  draw: FunctionComponent<Props>,
  watched: (keyof Props)[],
): ComponentClass<Props> {
  return class extends Component<Props> {
    override shouldComponentUpdate(next: Readonly<Props>): boolean {
      return watched.some((name) => next[name] !== this.props[name])
    }
    override render(): VNode<Props> {
      return h(draw, this.props)
    }
  }
}
