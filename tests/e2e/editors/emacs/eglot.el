;;; -*- lexical-binding: t; -*-
(require 'eglot)
(defun t-script ()
  "eglot runs our server for a buffer, and its menu offers our actions."
  (setq eglot-confirm-server-initiated-edits nil
        eglot-autoreconnect nil
        eglot-server-programs `((python-mode . ,inhouse-command)))
  (t-open "a.py")
  (apply #'eglot (eglot--guess-contact))
  (t-until "eglot" #'eglot-current-server)
  (t-keys "C-x h")
  (t-choose "rewrite")
  (let ((before (t-text)) (began (float-time)) returned after)
    (setq last-nonmenu-event t)         ; the menu is in the minibuffer
    (call-interactively #'eglot-code-actions)
    (setq returned (- (float-time) began))
    (t-until "the edit" (lambda () (not (equal before (t-text)))))
    (setq after (t-text))
    (deactivate-mark)
    (t-keys "C-/")
    (prog1 (list :after after :undone (t-text) :returned returned)
      (eglot-shutdown (eglot-current-server)))))
