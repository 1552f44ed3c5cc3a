;;; inhouse-action.el --- What a model can do with code -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: Apache-2.0

;;; Commentary:

;; Code actions of the Inhouse server, chosen in the minibuffer.

;;; Code:

(require 'inhouse-document)
(require 'flymake)

(defconst inhouse--invoked 1 "The trigger kind of what somebody asked for.")

;;;###autoload
(defun inhouse-action ()
  "Choose something to be done with the region, or with the code at point."
  (interactive)
  (inhouse-sync)
  (let* ((actions (inhouse--actions))
         (titles (mapcar (lambda (each) (plist-get each :title)) actions)))
    (unless actions (user-error "Inhouse has nothing to offer here"))
    (let* ((title (completing-read "Action: " titles nil t))
           (action (nth (seq-position titles title) actions))
           (command (plist-get action :command)))
      (inhouse-execute-async (plist-get command :command)
                             (inhouse--action-argument action command)
                             #'inhouse--action-done)
      (deactivate-mark))))

(defun inhouse--actions ()
  "A list of what the server has to offer here."
  (let ((start (if (use-region-p) (region-beginning) (point)))
        (end (if (use-region-p) (region-end) (point))))
    (append (inhouse-request
             :textDocument/codeAction
             (list :textDocument (inhouse--document)
                   :range (inhouse--range start end)
                   :context (list :diagnostics (inhouse--diagnostics start end)
                                  :triggerKind inhouse--invoked)))
            nil)))

(defun inhouse--action-argument (action command)
  "The argument of the COMMAND of ACTION.
A rewrite whose instruction does not stand in the code asks for one."
  (let ((argument (aref (plist-get command :arguments) 0)))
    (if (and (equal (plist-get action :kind) "refactor.rewrite.inhouse")
             (not (string-suffix-p "comment says" (plist-get action :title))))
        (append (list :instruction (read-string "Rewrite how? ")) argument)
      argument)))

(defun inhouse--action-done (result)
  "Tell why RESULT is not an edit, if it is none."
  (when-let ((reason (plist-get result :reason)))
    (message "Inhouse: %s" reason)))

(defun inhouse--diagnostics (start end)
  "Flymake's diagnostics on the lines from START to END, for the server."
  (if (not (bound-and-true-p flymake-mode))
      []
    (vconcat
     (mapcar #'inhouse--diagnostic
             (save-excursion
               (flymake-diagnostics
                (progn (goto-char start) (line-beginning-position))
                (progn (goto-char end) (line-end-position))))))))

(defun inhouse--diagnostic (diagnostic)
  "DIAGNOSTIC of Flymake as the protocol has it."
  (list :range (inhouse--range (flymake-diagnostic-beg diagnostic)
                               (flymake-diagnostic-end diagnostic))
        :severity (pcase (flymake-diagnostic-type diagnostic)
                    ((or :error 'eglot-error) 1)
                    ((or :warning 'eglot-warning) 2)
                    (_ 3))
        :message (flymake-diagnostic-text diagnostic)))

(provide 'inhouse-action)
;;; inhouse-action.el ends here
