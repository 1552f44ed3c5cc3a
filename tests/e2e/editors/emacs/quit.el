;;; -*- lexical-binding: t; -*-
(defun t-script ()
  "Answer a question of the server with C-g."
  (t-open "a.py")
  (inhouse-sync)
  (let (asked selected)
    (add-hook 'minibuffer-setup-hook
              (lambda ()
                (setq asked (minibuffer-prompt)
                      unread-command-events (listify-key-sequence (kbd "C-g")))))
    (inhouse-execute-async "inhouse.selectModel" inhouse--nothing
                           (lambda (result) (setq selected (list result))))
    (t-until "the answer" (lambda () selected))
    (list :asked asked :model (or (plist-get (car selected) :model) ""))))
