#include "gradclinic/report/writeup.h"

namespace gradclinic {

std::vector<Reference> references() {
  return {
      {.id = "Glorot & Bengio 2010",
       .text = "X. Glorot, Y. Bengio. Understanding the difficulty of training deep feedforward neural networks. "
               "AISTATS 2010, PMLR 9:249-256.",
       .note = "why gradients vanish at initialization with sigmoid and tanh; Xavier initialization"},
      {.id = "He et al. 2015",
       .text = "K. He, X. Zhang, S. Ren, J. Sun. Delving deep into rectifiers: surpassing human-level performance on "
               "ImageNet classification. ICCV 2015, arXiv:1502.01852.",
       .note = "the gain that keeps the signal of ReLU networks; He initialization"},
      {.id = "Ioffe & Szegedy 2015",
       .text = "S. Ioffe, C. Szegedy. Batch normalization: accelerating deep network training by reducing internal "
               "covariate shift. ICML 2015, arXiv:1502.03167.",
       .note = "batch normalization"},
      {.id = "Ba et al. 2016",
       .text = "J. L. Ba, J. R. Kiros, G. E. Hinton. Layer normalization. 2016, arXiv:1607.06450.",
       .note = "normalization that does not depend on the batch"},
      {.id = "He et al. 2016",
       .text = "K. He, X. Zhang, S. Ren, J. Sun. Deep residual learning for image recognition. CVPR 2016, "
               "arXiv:1512.03385.",
       .note = "residual connections"},
      {.id = "Pascanu et al. 2013",
       .text = "R. Pascanu, T. Mikolov, Y. Bengio. On the difficulty of training recurrent neural networks. ICML 2013, "
               "PMLR 28(3):1310-1318, arXiv:1211.5063.",
       .note = "exploding gradients and clipping by the global norm"},
  };
}

}  // namespace gradclinic
