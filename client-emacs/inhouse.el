;;; inhouse.el --- Chat, completion and code actions on your own inference -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: Apache-2.0
;; Version: 0.1.0
;; Package-Requires: ((emacs "28.1"))
;; Keywords: tools, convenience

;;; Commentary:

;; A client of the Inhouse language server, with a connection of its own: it
;; works beside whatever language server a buffer has, and without one.
;;
;;   M-x inhouse-chat             a chat document: C-c C-c sends, C-c C-k stops
;;   M-x inhouse-action           what can be done with the code at point
;;   inhouse-completion-mode      suggestions as ghost text: TAB takes one
;;   M-x inhouse-model            which model answers
;;   M-x inhouse-status           the backends, and what is wrong with them
;;   M-x inhouse-stop             what is under way in this buffer
;;
;; Everything but showing and inserting is the server's work.

;;; Code:

(require 'inhouse-connection)
(require 'inhouse-document)
(require 'inhouse-action)
(require 'inhouse-chat)
(require 'inhouse-completion)

;;;###autoload
(defun inhouse-model ()
  "Choose the model that answers where a chat document names none."
  (interactive)
  (let* ((found (inhouse-request :inhouse/models inhouse--nothing))
         (ids (cl-loop for model across (plist-get found :models)
                       for able = (plist-get model :capabilities)
                       when (eq t (plist-get able :chat))
                       collect (plist-get model :id)))
         (id (completing-read "Model: " (cons "auto" ids) nil t nil nil
                              (plist-get found :default)))
         (selected (inhouse-execute "inhouse.selectModel" (list :model id))))
    (message "Inhouse: %s answers" (or (plist-get selected :model)
                                       "the default model"))))

;;;###autoload
(defun inhouse-status ()
  "Show the backends and what is wrong with them."
  (interactive)
  (let ((status (inhouse-request :inhouse/status inhouse--nothing)))
    (with-current-buffer (get-buffer-create "*inhouse status*")
      (let ((inhibit-read-only t))
        (erase-buffer)
        (insert (format "Inhouse %s, default model: %s\n\n"
                        (plist-get status :version)
                        (or (plist-get status :default) "none")))
        (seq-doseq (backend (plist-get status :backends))
          (insert (inhouse--backend-lines backend))))
      (special-mode)
      (display-buffer (current-buffer)))))

(defun inhouse--backend-lines (backend)
  "Lines about BACKEND."
  (concat (mapconcat (lambda (key) (format "%-9s" (plist-get backend key)))
                     '(:name :kind :zone :state :url) " ")
          (if-let ((problem (plist-get backend :problem)))
              (format "\n    %s" problem)
            "")
          "\n"))

;;;###autoload
(defun inhouse-stop (&optional everything)
  "Stop what is under way in this buffer; with a prefix argument, EVERYTHING."
  (interactive "P")
  (if (not (inhouse-running-p))
      (message "Inhouse: nothing is under way")
    (let ((what (if everything inhouse--nothing (list :uri (inhouse--uri)))))
      (message "Inhouse: %d stopped"
               (plist-get (inhouse-execute "inhouse.stop" what) :stopped)))))

(provide 'inhouse)
;;; inhouse.el ends here
