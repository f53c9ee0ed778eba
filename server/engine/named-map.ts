/** Records by id, and by name, which no two of them have in common. */
export class NamedMap<Id extends string, Item extends { readonly id: Id; readonly name: string }> extends Map<
  Id,
  Item
> {
  private readonly names = new Map<string, Item>()

  override set(id: Id, item: Item): this {
    this.forgetName(id)
    this.names.set(item.name, item)
    return super.set(id, item)
  }

  override delete(id: Id): boolean {
    this.forgetName(id)
    return super.delete(id)
  }

  named(name: string): Item | undefined {
    return this.names.get(name)
  }

  /** Two that exchange their names are put one after the other: the name may be another's already. */
  private forgetName(id: Id): void {
    const before = this.get(id)
    if (before && this.names.get(before.name)?.id === id) this.names.delete(before.name)
  }
}
