;;; -*- lexical-binding: t; -*-
(defun t-script ()
  "Look at the models, choose one, and look at the backends."
  (t-open "a.py")
  (let (offered)
    (fset 'completing-read (lambda (_prompt choices &rest _)
                             (setq offered choices)
                             (car (last choices))))
    (inhouse-model)
    (inhouse-status)
    (list :offered (vconcat offered)
          :said (current-message)
          :status (t-text "*inhouse status*"))))
