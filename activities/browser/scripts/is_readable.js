// Returns whether scripts of the page may read the document in `frame`.
(frame) => frame.contentDocument !== null
