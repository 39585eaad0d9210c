#include "gradclinic/tensor/generator.h"
