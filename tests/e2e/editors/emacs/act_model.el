;;; -*- lexical-binding: t; -*-
(defun t-script ()
  "Ask for documentation of a function, whatever comes of it."
  (t-open "a.py")
  (t-keys "M-<")
  (t-choose "document")
  (let (result)
    (advice-add 'inhouse--action-done :before (lambda (it) (setq result it)))
    (inhouse-action)
    (t-until "the outcome" (lambda () result))
    (list :text (t-text) :outcome (plist-get result :outcome)
          :reason (or (plist-get result :reason) ""))))
