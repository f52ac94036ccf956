import { Component, h } from 'preact'
import type { ComponentClass, FunctionComponent, VNode } from 'preact'

/** Draws a component anew only when one of these properties is another: what it does is the same either way. */
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
