;;; -*- lexical-binding: t; -*-
(defun t-script ()
  "Have the second line of a file rewritten, then undo once.
The server knew the file under another name before."
  (t-open (plist-get t-values :file))
  (inhouse-sync)
  (write-file (concat "new_" (plist-get t-values :file)))
  (t-keys "M-< C-n C-SPC C-n")
  (t-choose "rewrite")
  (fset 'read-string (lambda (&rest _) "count them"))
  (let ((before (t-text)) after)
    (inhouse-action)
    (t-until "the edit" (lambda () (not (equal before (t-text)))))
    (setq after (t-text))
    (t-keys "C-/")
    (list :after after :undone (t-text))))
