"use strict";
// The components put the cursor back into an input whose value they set. A slider has no cursor, and the browser would
// complain.
(function () {
  const own = HTMLInputElement.prototype.setSelectionRange;
  HTMLInputElement.prototype.setSelectionRange = function (...range) {
    if (this.type !== "range") own.apply(this, range);
  };
})();
