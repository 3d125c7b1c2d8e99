// Returns a function that returns the children of a flex or grid container in the order in which the
// style shows them. It returns null if that is the order of the HTML, and if the container arranges the
// columns of a page, which may be read in either order. `factsOf` is from `style_facts.js`.
(factsOf) => {
  // Characters. A longer row consists of columns.
  const MAX_ROW = 300;
  const MAX_CHILDREN = 200;

  return (element, facts) => {
    if (!facts.isContainer || element.childElementCount < 2 || element.childElementCount > MAX_CHILDREN) return null;
    const children = [...element.children];
    const orders = children.map((child) => factsOf(child).order);
    if (!facts.isReversed && orders.every((order) => order === orders[0])) return null;
    if (facts.isRow && element.textContent.length > MAX_ROW) return null;
    const places = children.map((_, index) => index).sort((one, other) => orders[one] - orders[other] || one - other);
    if (facts.isReversed) places.reverse();
    return places.map((place) => children[place]);
  };
}
